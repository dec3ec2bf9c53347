module failing

go 1.21
