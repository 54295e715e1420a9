import '../lab/world/derive_once.ts'
