hyperfine -Ni --output pipe -u millisecond 'grep -c "two words" file.txt' 'true'
