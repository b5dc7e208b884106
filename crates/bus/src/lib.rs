//! The map of the system: every subject, stream and consumer; publish and consume.
