hyperfine --parameter-scan delay 0.3 0.7 -D 0.2 'sleep {delay}'
