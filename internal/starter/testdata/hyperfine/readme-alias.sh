hyperfine '. /tmp/my_alias.sh; my_alias'
