#!/bin/sh
# Run mosquitto and make it read its accounts again when the platform has changed them.
# (The platform cannot signal a process in another container.)
set -eu
directory=$1
mosquitto -c "$directory/mosquitto.conf" &
broker=$!
trap 'kill -TERM $broker' TERM INT

seen=$(stat -c %Y "$directory/passwd")
while kill -0 $broker 2>/dev/null; do
  sleep 2 &
  wait $! || true
  now=$(stat -c %Y "$directory/passwd")
  if [ "$now" != "$seen" ]; then
    seen=$now
    sleep 1 # passwd and acl are replaced one after the other
    kill -HUP $broker
  fi
done
wait $broker
