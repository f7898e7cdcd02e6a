hyperfine --reference './main.sh --old' --reference-name main -i=1,2 --input data.txt \
  -p 'true' -p 'rm -f a' -p 'rm -f b' -C 'sync' './a.sh' './b.sh'
