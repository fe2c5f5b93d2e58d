# shellcheck shell=sh
# In a folder with pages-N, axe.js and axe-run.js: says what is wrong, and fails if anything is.
wrong=0
checked=0
for page in pages-3/index.html pages-60/index.html pages-60/network.html pages-60/machines/gateway1.html pages-3/machines/web1.html; do
  sed 's|</head>|<script src="AXE"></script><script src="RUN"></script></head>|' "$page" > "${page%.html}-axe.html"
  case $page in */machines/*) up=../.. ;; *) up=.. ;; esac
  sed -i "s|AXE\"|$up/axe.js\"|; s|RUN\"|$up/axe-run.js\"|" "${page%.html}-axe.html"
  for theme in 0 1; do
    for size in 1360,1000 500,900; do
      seen=$(chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --allow-file-access-from-files --virtual-time-budget=20000 \
        --blink-settings=preferredColorScheme=$theme --window-size=$size --dump-dom "file://$PWD/${page%.html}-axe.html" 2> /dev/null)
      case $seen in *AXE-DONE*) checked=$((checked + 1)) ;; *) printf '%s: axe-core did not end\n' "$page" && wrong=1 ;; esac
      found=$(printf '%s\n' "$seen" | grep '^AXE ' | sort | uniq -c | head -n 20)
      [ -z "$found" ] || { printf '%s (theme %s, %s):\n%s\n' "$page" "$theme" "$size" "$found" && wrong=1; }
    done
  done
done
# The script of the page, as a person uses it.
sed 's|</head>|<script src="../try-run.js"></script></head>|' pages-60/index.html > pages-60/try.html
seen=$(chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --allow-file-access-from-files --virtual-time-budget=5000 \
  --dump-dom "file://$PWD/pages-60/try.html" 2> /dev/null)
case $seen in *TRY-DONE*) ;; *) echo 'the script of the page did not run' && wrong=1 ;; esac
if printf '%s\n' "$seen" | grep '^TRY '; then wrong=1; fi
printf 'axe-core looked at %s pages\n' "$checked"
exit "$wrong"
