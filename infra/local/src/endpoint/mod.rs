//! The one address behind which all AWS APIs answer.
