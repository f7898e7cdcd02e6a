hyperfine -L compiler gcc,clang '{compiler} -O2 main.cpp'
