//! What every queue engine must pass.
