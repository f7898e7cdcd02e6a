hyperfine -S 'bash' 'seq 3' 'for i in 1 2; do
  echo "$i: é"

done' 'printf "tab	\n"
'
