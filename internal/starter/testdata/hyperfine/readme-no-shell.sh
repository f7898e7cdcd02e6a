hyperfine -N 'grep TODO /home/user'
