//! Lambda: execution environments, the Runtime API, the Invoke API.
