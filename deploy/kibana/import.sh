#!/usr/bin/env bash
# Puts Broadsheet's data view, saved searches and dashboards into Kibana, over those of an earlier import.
#
#   KIBANA_URL=http://127.0.0.1:5601 KIBANA_USERNAME=... KIBANA_PASSWORD=... deploy/kibana/import.sh
#   KIBANA_URL=https://kibana.example.org/s/news KIBANA_API_KEY=... KIBANA_CA=ca.crt deploy/kibana/import.sh
#
# A space is named in the URL, as /s/SPACE. The user or key needs every Kibana privilege in that space. Needs curl.
set -euo pipefail

file="$(dirname "$0")/broadsheet.ndjson"
url="${KIBANA_URL:-http://127.0.0.1:5601}"

die() {
  printf 'import: %s\n' "$*" >&2
  exit 1
}

command -v curl >/dev/null || die "curl is not installed"
[ -r "$file" ] || die "cannot read $file"

# Credentials go to curl on a pipe: arguments can be read by every user of the machine.
credentials() {
  if [ -n "${KIBANA_API_KEY:-}" ]; then
    printf 'header = "Authorization: ApiKey %s"\n' "$KIBANA_API_KEY"
  elif [ -n "${KIBANA_USERNAME:-}" ] && [ -n "${KIBANA_PASSWORD:-}" ]; then
    local pair="$KIBANA_USERNAME:$KIBANA_PASSWORD"
    pair="${pair//\\/\\\\}"
    printf 'user = "%s"\n' "${pair//\"/\\\"}"
  fi
}

arguments=(--silent --show-error --max-time 120 --config - --header 'kbn-xsrf: broadsheet' --write-out '\n%{http_code}')
[ -z "${KIBANA_CA:-}" ] || arguments+=(--cacert "$KIBANA_CA")
answer="$(credentials | curl "${arguments[@]}" --form "file=@$file;type=application/ndjson" \
  "${url%/}/api/saved_objects/_import?overwrite=true")" || die "Kibana at $url could not be asked"

status="${answer##*$'\n'}"
body="${answer%$'\n'*}"
case "$status" in
  200) ;;
  401) die "Kibana at $url wants other credentials (401): set KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD" ;;
  403) die "this user or key may not write saved objects (403): it needs every Kibana privilege in the space" ;;
  503) die "Kibana at $url is not ready (503): try again in a minute" ;;
  *) die "Kibana at $url answered $status: $body" ;;
esac

# Kibana answers 200 even when objects were refused.
wanted="$(grep -c . "$file")"
taken="$(grep -oE '"successCount": ?[0-9]+' <<<"$body" | grep -oE '[0-9]+' || true)"
if ! grep -qE '"success": ?true' <<<"$body" || [ "${taken:-0}" -ne "$wanted" ]; then
  die "only ${taken:-0} of $wanted objects were taken: $body"
fi
printf 'import: %s objects are in Kibana: %s/app/dashboards\n' "$wanted" "${url%/}"
