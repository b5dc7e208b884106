//! Load generator and reports: intake, drain, end to end, history, footprint.
