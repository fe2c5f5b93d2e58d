#!/bin/bash
# Makes this system the running one, or the one to boot.
exec bash @out@/netlib-stub/library/switch.sh @out@ "$@"
