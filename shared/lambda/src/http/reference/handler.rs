use super::{Answers, Operation, Schemas, Takes};

/// A handler whose extractors and answer describe themselves. `T` is what the framework infers of its arguments.
pub trait Documented<T> {
    /// Describes all of them.
    fn describe(operation: &mut Operation, schemas: &mut Schemas);
}

impl<F, Fut, R> Documented<((),)> for F
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = R>,
    R: Answers,
{
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        R::describe(operation, schemas);
    }
}

macro_rules! handlers {
    ($([$($argument:ident),+])+) => {$(
        impl<F, Fut, R, M, $($argument),+> Documented<(M, $($argument,)+)> for F
        where
            F: FnOnce($($argument),+) -> Fut,
            Fut: Future<Output = R>,
            R: Answers,
            $($argument: Takes,)+
        {
            fn describe(operation: &mut Operation, schemas: &mut Schemas) {
                $($argument::describe(operation, schemas);)+
                R::describe(operation, schemas);
            }
        }
    )+};
}

handlers! {
    [A]
    [A, B]
    [A, B, C]
    [A, B, C, D]
    [A, B, C, D, E]
    [A, B, C, D, E, G]
    [A, B, C, D, E, G, H]
    [A, B, C, D, E, G, H, I]
}
