hyperfine --prepare 'make clean' --parameter-scan num_threads 1 12 'make -j {num_threads}'
