//! Every answer to every test of the API, held against the contract: no status and no problem code that the operation
//! does not name.

use backend::api::document;
use poem::http::Method;
use serde_json::Value;

/// Panics where the contract does not know this answer.
pub fn hold(method: &Method, path: &str, status: u16, answer: &Value) {
    let Some(operation) = operation(method, path) else {
        assert!(matches!(status, 404 | 405), "{method} {path} is no operation, and ended in {status}");
        return;
    };
    let response = &operation["responses"][status.to_string()];
    let whole = response["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    let response = whole.and_then(|pointer| document::value().pointer(pointer)).unwrap_or(response);
    assert!(response.is_object(), "{method} {path} ended in {status}, which the contract does not name: {answer}");
    if status >= 400 {
        let named = response["x-problem-codes"].as_array().is_some_and(|codes| codes.contains(&answer["code"]));
        assert!(named, "{method} {path}: the contract does not name {} ({})", answer["code"], operation["operationId"]);
    }
}

fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next()?;
    let paths = document::value()["paths"].as_object()?;
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template.split('/').zip(path.split('/')).all(|(part, given)| part.starts_with('{') || part == given)
    };
    // Where a word and a parameter both fit, the word is meant.
    let parameters = |template: &&String| template.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>();
    let template = paths.keys().filter(|template| fits(template)).min_by_key(parameters)?;
    let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
    paths[template].get(method)
}
