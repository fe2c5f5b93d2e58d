# shellcheck shell=sh
# In a folder with pages-N: a picture of each, by headless Chromium.

# shot NAME PAGE WIDTH HEIGHT THEME
shot() {
  # Blink's setting for what a reader prefers: 0 is dark, 1 is light.
  preferred=1
  [ "$5" = light ] || preferred=0
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --disable-dev-shm-usage --allow-file-access-from-files --virtual-time-budget=3000 \
    --blink-settings=preferredColorScheme=$preferred --window-size="$3,$4" --screenshot="$PWD/$1.png" "file://$PWD/$2" > /dev/null 2>&1
}

# phone NAME PAGE HEIGHT THEME: in a frame, as no window of Chromium is as narrow as a phone.
phone() {
  printf '<!DOCTYPE html><meta name="color-scheme" content="light dark"><body style="margin:0"><iframe src="%s" style="border:0;width:390px;height:%spx"></iframe>' "$2" "$3" > phone.html
  shot "$1" phone.html 500 "$3" "$4"
}

for count in 3 12 60; do
  case $count in 3) tall=1300 narrow=2600 ;; 12) tall=1900 narrow=4600 ;; *) tall=4200 narrow=9000 ;; esac
  for theme in light dark; do
    shot "index-$count-desktop-$theme" "pages-$count/index.html" 1360 $tall $theme
    phone "index-$count-phone-$theme" "pages-$count/index.html" $narrow $theme
    shot "network-$count-desktop-$theme" "pages-$count/network.html" 1360 1300 $theme
  done
  phone "network-$count-phone-light" "pages-$count/network.html" 3000 light
done
shot machine-desktop-light pages-12/machines/gateway1.html 1360 1500 light
phone machine-phone-dark pages-12/machines/gateway1.html 2200 dark
sed '/page.js/d' pages-12/index.html > pages-12/without-scripts.html
shot index-12-desktop-without-scripts pages-12/without-scripts.html 1360 1300 light
