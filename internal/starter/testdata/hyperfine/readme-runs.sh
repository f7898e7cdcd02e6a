hyperfine --runs 5 'sleep 0.3'
