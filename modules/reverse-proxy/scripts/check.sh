# shellcheck shell=sh disable=SC2154
# Asks the proxy on this node for a site. The certificate is not looked at: the first one comes after the deployment.
status=$(curl --silent --show-error --insecure --output /dev/null --max-time 10 --write-out '%{http_code}' \
    --resolve "$site:443:127.0.0.1" "https://$site$path") || {
    echo "nginx does not answer for $site; see: journalctl -u nginx"
    exit 1
}
case $status in
    502 | 503 | 504)
        echo "what is behind $site ($upstream) does not answer: status $status"
        exit 1
        ;;
esac
echo "$site answers with status $status"
