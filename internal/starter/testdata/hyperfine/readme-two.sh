hyperfine 'hexdump file' 'xxd file'
