//! The command line: demo, up, status, doctor, sales, stock, verify.
