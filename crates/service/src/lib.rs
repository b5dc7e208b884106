//! What every binary needs: settings, telemetry, health, lifecycle, clock, sealed values.
