# Runs a command and ends it when standard input ends: closed by whoever started it, or by the
# kernel when that was killed and could do nothing any more.
# $1: seconds between asking and killing. $2: "session" if this shell leads a session of its own.
# The rest: the command.
trap '' INT HUP
grace=$1
session=$2
shift 2
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM
{
  while read -r _ <&3; do :; done
  trap '' TERM
  kill -TERM "$child" 2>/dev/null
  tenths=$((grace * 10))
  while [ "$tenths" -gt 0 ] && kill -0 "$child" 2>/dev/null; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  kill -KILL "$child" 2>/dev/null
  # What the command itself had started.
  [ "$session" = session ] && kill -KILL 0
} &
watch=$!
wait "$child"
code=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
kill -TERM "$watch" 2>/dev/null
wait "$watch"
exit "$code"
