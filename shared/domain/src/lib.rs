//! Typed ids, money, time, pages and languages: pure, no AWS, no tokio.
