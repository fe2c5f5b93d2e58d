# shellcheck shell=bash disable=SC2154
# Before nginx, as root: the folders, and a certificate where none was named. Before it stand `nginx_user` and `certificate` (a folder, or nothing).
runtime=/run/netlib-status-page group=netlib-status-page
install -d -m 0755 "$runtime"
install -d -m 0750 -o netlib-status-page -g "$group" "$runtime/pages"
install -d -m 0755 -o netlib-status-page -g "$group" "$runtime/metrics"
install -d -m 2770 -o "$nginx_user" -g "$group" "$runtime/spool"
# What anybody may fill has a size of its own.
mountpoint -q "$runtime/spool" ||
  mount -t tmpfs -o "size=64m,nr_inodes=8192,mode=2770,uid=$(id -u "$nginx_user"),gid=$(id -g netlib-status-page),nosuid,nodev,noexec" netlib-status-page "$runtime/spool"
# By nginx itself: root follows no link in a folder of somebody else.
setpriv --reuid "$nginx_user" --regid "$group" --clear-groups -- mkdir -p -m 2770 "$runtime/spool/arriving"
if [ -n "$textfile" ]; then
  mkdir -p "$textfile"
  ln -sfn "$runtime/metrics/state.prom" "$textfile/netlib-status-page.prom"
fi
if [ -n "$certificate" ]; then
  make_certificate
  chown "$nginx_user" "$certificate/key.pem" "$certificate/certificate.pem"
fi
