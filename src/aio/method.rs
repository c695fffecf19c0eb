//! What makes a method of `AsyncClient` look like the coroutine function it is: `inspect.iscoroutinefunction(AsyncClient.get)` is true, so
//! that mocks made from the class (`AsyncMock(spec=…)`, `create_autospec`) give awaitables and frameworks know that they must await.
//!
//! A method written in Rust is a `method_descriptor`, which inspect never takes for a coroutine function. So each is wrapped in an object
//! that has what inspect looks at in a function, `__code__` with its flag above all, and that hands out the method itself, bound, when it
//! is looked up on an instance: a call costs one look-up more and no Python frame.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

// A method that returns an awaitable. (No doc comment: Python would show it in place of the method's own text.)
#[pyclass(frozen, module = "aerospike_py._aerospike")]
struct AsyncMethod {
    method: Py<PyAny>,
    code: Py<PyAny>,
}

#[pymethods]
#[allow(clippy::unused_self, reason = "a property of Python has a self")]
impl AsyncMethod {
    fn __get__<'py>(
        slf: &Bound<'py, Self>,
        instance: &Bound<'py, PyAny>,
        owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if instance.is_none() {
            return Ok(slf.clone().into_any());
        }
        let py = slf.py();
        slf.get()
            .method
            .bind(py)
            .call_method1(intern!(py, "__get__"), (instance, owner))
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.method.bind(py).call(args, kwargs)
    }

    /// The name, the text and the like are those of the method.
    fn __getattr__<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.method.bind(py).getattr(name)
    }

    // inspect and unittest.mock ask `isinstance(method, FunctionType)`, which looks here too.
    #[getter]
    fn __class__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import(intern!(py, "types"))?
            .getattr(intern!(py, "FunctionType"))
    }

    #[getter]
    fn __doc__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.method.bind(py).getattr(intern!(py, "__doc__"))
    }

    #[getter]
    fn __code__(&self, py: Python<'_>) -> Py<PyAny> {
        self.code.clone_ref(py)
    }

    #[getter]
    fn __signature__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import(intern!(py, "inspect"))?
            .call_method1(intern!(py, "signature"), (&self.method,))
    }

    #[getter]
    fn __defaults__(&self) -> Option<Py<PyAny>> {
        None
    }

    #[getter]
    fn __kwdefaults__(&self) -> Option<Py<PyAny>> {
        None
    }

    #[getter]
    fn __annotations__<'py>(&self, py: Python<'py>) -> Bound<'py, PyDict> {
        PyDict::new(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let name = self.method.bind(py).getattr(intern!(py, "__qualname__"))?;
        Ok(format!("<coroutine function {name}>"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.method)?;
        visit.call(&self.code)
    }
}

/// Gives `class` a wrapper for every public method of its native `base` but the `plain` ones.
pub(crate) fn mark_coroutines(
    class: &Bound<'_, PyAny>,
    base: &Bound<'_, PyAny>,
    plain: &[&str],
) -> PyResult<()> {
    let py = class.py();
    let globals = PyDict::new(py);
    py.run(
        c"async def call(*args, **kwargs): ...",
        Some(&globals),
        None,
    )?;
    let code = globals
        .as_any()
        .get_item("call")?
        .getattr(intern!(py, "__code__"))?;
    let members = base.getattr(intern!(py, "__dict__"))?;
    let kind = py.import("types")?.getattr("MethodDescriptorType")?;
    for name in members.call_method0("copy")?.cast_into::<PyDict>()?.keys() {
        let method = members.get_item(&name)?;
        let text = name.extract::<String>()?;
        if text.starts_with('_') || plain.contains(&text.as_str()) || !method.is_instance(&kind)? {
            continue;
        }
        let wrapped = AsyncMethod {
            method: method.unbind(),
            code: code.clone().unbind(),
        };
        class.setattr(name.cast::<PyString>()?, Py::new(py, wrapped)?)?;
    }
    Ok(())
}
