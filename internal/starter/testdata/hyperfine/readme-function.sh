hyperfine 'my_function() { sleep 1; }; my_function'
