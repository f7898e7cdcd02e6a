hyperfine -L cores 1,2,04 -L opt-level '-O1,-O3 -g,1..2' -L text 'a\,b,true,3.5,1.0' -s './build {opt-level}' -c 'rm x' -p 'sync' './run --n {cores} "{text}" {opt-level}'
