#!/usr/bin/env bash
# Runs a project's suite with the pytest plugin of slth-verify, and says what it found: a summary for the
# page of the job, a page with everything, and what is worse than in an earlier document.
#
#   bash verify.sh [arguments of pytest]
#
# SLTH_RECORDED  document that is written (slth-suite.json); keep it, to compare the next run with it
# SLTH_OLDER     such a document of an earlier run; it may be missing
# SLTH_PAGES     folder of the page (slth-pages)
# PYTHON         where slth-verify and pytest are installed (python)
#
# Exit code: that of pytest, if it failed; else that of slth-verify report, 5 if something is worse.
set -uo pipefail
python=${PYTHON:-python}
recorded=${SLTH_RECORDED:-slth-suite.json}
older=${SLTH_OLDER:-}
summary=${GITHUB_STEP_SUMMARY:-/dev/stdout}

if [ "$older" -ef "$recorded" ]; then
  echo "verify.sh: SLTH_OLDER=$older would be replaced by SLTH_RECORDED; keep a copy elsewhere." >&2
  exit 2
fi
rm -f "$recorded" # or an old one could be taken for what this run found

marks=()
if [ "${GITHUB_ACTIONS:-}" = true ]; then marks=(--slth-annotations=github); fi
"$python" -m pytest --slth-report="$recorded" ${marks[@]+"${marks[@]}"} "$@"
tests=$?
if [ ! -f "$recorded" ]; then exit "$tests"; fi

compared=()
if [ -n "$older" ] && [ -f "$older" ]; then compared=(--compare "$older" --fail-on-worse); fi
"$python" -m slth_verify report --from "$recorded" --output "${SLTH_PAGES:-slth-pages}" \
  ${compared[@]+"${compared[@]}"} --format markdown >> "$summary"
report=$?

if [ "$tests" -ne 0 ]; then exit "$tests"; fi
exit "$report"
