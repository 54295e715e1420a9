#!/bin/sh
# The operator's commands inside the image: docker compose exec vestibule vestibule doctor
cd /opt/vestibule && exec node_modules/node/bin/node cli/main.ts "$@"
