hyperfine 'sleep 0.3'
