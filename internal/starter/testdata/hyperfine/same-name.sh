hyperfine -r 3 'python3 a.py' 'python3 b.py' '/usr/bin/python3 c.py # last' "echo 'it'\\''s \"quoted\": \\ #'"
