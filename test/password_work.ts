import '../lab/world/password_work.ts'
