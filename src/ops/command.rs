//! Commands to the cluster that concern no record.

use aerospike_core::Value;

/// Defines operations of which nothing differs but what they hold and how they are carried out.
macro_rules! commands {
    ($($(#[$doc:meta])* $type:ident, $name:literal, $writes:literal, { $($field:ident: $kind:ty),* }
        $(of $namespace:ident $($set:ident)?,)? |$this:ident, $cluster:ident| $run:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $type {
            pub(crate) policy: aerospike_core::policy::AdminPolicy,
            $(pub(crate) $field: $kind,)*
        }

        impl crate::ops::Operation for $type {
            const NAME: &'static str = $name;
            const WRITES: bool = $writes;

            fn target(&self) -> crate::cluster::Target<'_> {
                crate::cluster::Target::Any
            }

            $(
                fn place(&self) -> (&str, &str) {
                    #[allow(unused_mut, unused_assignments, reason = "not every command has a set")]
                    let mut set = "";
                    $(set = &self.$set;)?
                    (&self.$namespace, set)
                }
            )?

            async fn run(
                self,
                $cluster: &crate::cluster::Cluster,
            ) -> crate::error::Result<crate::convert::reply::Reply> {
                let $this = self;
                $run
            }
        }
    )*};
}

pub(crate) use commands;

/// A description: names and what stands under them.
pub(crate) fn description<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (Value::String(name.to_owned()), value));
    Value::OrderedMap(fields.collect())
}

/// The fields of `name=value,name=value`, as info answers have them.
pub(crate) fn fields(line: &str, separator: char) -> impl Iterator<Item = (&str, &str)> {
    line.split(separator)
        .filter_map(|field| field.split_once('='))
}

/// A text as a value.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Texts as a value.
pub(crate) fn list(texts: &[String]) -> Value {
    Value::List(texts.iter().map(|item| text(item)).collect())
}
