hyperfine --shell zsh 'for i in {1..10000}; do echo test; done'
