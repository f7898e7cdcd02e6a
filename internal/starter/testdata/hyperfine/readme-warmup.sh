hyperfine --warmup 3 'grep -R TODO *'
