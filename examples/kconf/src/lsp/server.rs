//! The conversation with the editor.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::Receiver;

use kconf_parser::{FormatOptions, format};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CompletionOptions, CompletionParams,
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DocumentFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, FoldingRangeParams,
    GotoDefinitionParams, GotoDefinitionResponse, HoverParams, InitializeResult, OneOf,
    PublishDiagnosticsParams, ServerCapabilities, ServerInfo, TextDocumentPositionParams,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextEdit, Uri, WorkspaceEdit,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::analysis::{Analysis, Open};
use super::{complete, define, hover, outline, uri, wire};

/// Where the conversation is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Nobody has said initialize.
    New,
    Running,
    /// Somebody has said shutdown.
    Ending,
}

/// A text of the editor.
#[derive(Debug)]
struct Text {
    text: String,
    version: i32,
    analysis: Option<Analysis>,
}

/// The server.
pub(super) struct Server {
    messages: Receiver<Result<Message, String>>,
    waiting: VecDeque<Result<Message, String>>,
    state: State,
    config_id: String,
    /// By URI, in a stable order.
    texts: BTreeMap<String, (Uri, Text)>,
}

/// Why a request has no result.
struct Refusal(ErrorCode, String);

impl Server {
    pub(super) fn new(messages: Receiver<Result<Message, String>>, config_id: String) -> Self {
        Self { messages, waiting: VecDeque::new(), state: State::New, config_id, texts: BTreeMap::new() }
    }

    /// Answers until the end.
    pub(super) fn run(mut self) -> io::Result<ExitCode> {
        loop {
            let Some(message) = self.next()? else { return Ok(ExitCode::FAILURE) };
            match message {
                Ok(Message::Request(request)) => self.request(request)?,
                Ok(Message::Notification(notification)) if notification.method == "exit" => {
                    let code =
                        if self.state == State::Ending { ExitCode::SUCCESS } else { ExitCode::FAILURE };
                    return Ok(code);
                }
                Ok(Message::Notification(notification)) => self.notification(notification)?,
                // We ask nothing.
                Ok(Message::Response(_)) => {}
                Err(error) => wire::refuse(ErrorCode::ParseError, &error)?,
            }
        }
    }

    /// The next message. Texts are looked at when there is none.
    fn next(&mut self) -> io::Result<Option<Result<Message, String>>> {
        while self.waiting.len() < super::WAITING
            && let Ok(message) = self.messages.try_recv()
        {
            self.waiting.push_back(message);
        }
        if let Some(message) = self.waiting.pop_front() {
            return Ok(Some(message));
        }
        self.publish_all()?;
        Ok(self.messages.recv().ok())
    }

    /// Whether the editor wants no answer any more.
    fn cancelled(&self, id: &RequestId) -> bool {
        let cancels = |message: &Result<Message, String>| {
            let Ok(Message::Notification(notification)) = message else { return false };
            let wanted: Option<RequestId> =
                notification.params.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
            notification.method == "$/cancelRequest" && wanted.as_ref() == Some(id)
        };
        self.waiting.iter().any(cancels)
    }

    fn request(&mut self, request: Request) -> io::Result<()> {
        let Request { id, method, params } = request;
        let result = match (self.state, method.as_str()) {
            _ if self.cancelled(&id) => Err(Refusal(ErrorCode::RequestCanceled, "cancelled".to_owned())),
            (State::New, "initialize") => {
                self.state = State::Running;
                result(&capabilities())
            }
            (State::New, _) => {
                Err(Refusal(ErrorCode::ServerNotInitialized, "initialize comes first".to_owned()))
            }
            (State::Running, "shutdown") => {
                self.state = State::Ending;
                Ok(Value::Null)
            }
            (State::Running, method) => self.answer(method, params),
            (State::Ending, _) => {
                Err(Refusal(ErrorCode::InvalidRequest, "this server has been shut down".to_owned()))
            }
        };
        respond(match result {
            Ok(value) => Response::new_ok(id, value),
            Err(Refusal(code, message)) => Response::new_err(id, code as i32, message),
        })
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        match method {
            "textDocument/hover" => {
                let HoverParams { text_document_position_params: place, .. } = read(params)?;
                let (analysis, at, _) = self.place(&place)?;
                result(&hover::at(analysis, at))
            }
            "textDocument/completion" => {
                let CompletionParams { text_document_position: place, .. } = read(params)?;
                let (analysis, at, _) = self.place(&place)?;
                result(&complete::at(analysis, at))
            }
            "textDocument/definition" => {
                let GotoDefinitionParams { text_document_position_params: place, .. } = read(params)?;
                let (analysis, at, own) = self.place(&place)?;
                result(&GotoDefinitionResponse::Array(define::at(analysis, &own, at)))
            }
            "textDocument/documentSymbol" => {
                let DocumentSymbolParams { text_document, .. } = read(params)?;
                let analysis = self.analysis(&text_document.uri)?;
                result(&DocumentSymbolResponse::Nested(outline::symbols(&analysis.tree, &analysis.document)))
            }
            "textDocument/foldingRange" => {
                let FoldingRangeParams { text_document, .. } = read(params)?;
                let analysis = self.analysis(&text_document.uri)?;
                result(&outline::folding(&analysis.tree, &analysis.document))
            }
            "textDocument/formatting" => {
                let DocumentFormattingParams { text_document, .. } = read(params)?;
                result(&laid_out(self.analysis(&text_document.uri)?))
            }
            "textDocument/codeAction" => {
                let CodeActionParams { text_document, range, .. } = read(params)?;
                let analysis = self.analysis(&text_document.uri)?;
                result(&actions(analysis, &text_document.uri, range))
            }
            other => Err(Refusal(ErrorCode::MethodNotFound, format!("{other} is not served"))),
        }
    }

    fn place(&mut self, place: &TextDocumentPositionParams) -> Result<(&Analysis, usize, Uri), Refusal> {
        let uri = place.text_document.uri.clone();
        let analysis = self.analysis(&uri)?;
        let at = analysis.document.offset(place.position);
        Ok((analysis, at, uri))
    }

    /// What is known about a text as it is now.
    fn analysis(&mut self, uri: &Uri) -> Result<&Analysis, Refusal> {
        let unknown = || Refusal(ErrorCode::InvalidParams, format!("{} is not open", uri.as_str()));
        let open = self.open_files();
        let (_, text) = self.texts.get_mut(uri.as_str()).ok_or_else(unknown)?;
        let Text { text, analysis, .. } = text;
        let fresh = || {
            let path = uri::path(uri).unwrap_or_else(|| PathBuf::from(uri.as_str()));
            Analysis::new(path, text.clone(), &Open(&open), &self.config_id)
        };
        Ok(analysis.get_or_insert_with(fresh))
    }

    fn open_files(&self) -> HashMap<PathBuf, String> {
        let texts = self.texts.values();
        texts.filter_map(|(uri, text)| Some((uri::path(uri)?, text.text.clone()))).collect()
    }

    fn notification(&mut self, notification: Notification) -> io::Result<()> {
        if self.state != State::Running {
            return Ok(());
        }
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                if let Ok(DidOpenTextDocumentParams { text_document: item }) = read(params) {
                    self.change(item.uri, item.text, item.version);
                }
            }
            "textDocument/didChange" => {
                if let Ok(DidChangeTextDocumentParams { text_document, content_changes }) = read(params)
                    && let Some(last) = content_changes.into_iter().last()
                {
                    self.change(text_document.uri, last.text, text_document.version);
                }
            }
            // What one text includes may be another one that is open.
            "textDocument/didSave" => self.forget_analyses(),
            "textDocument/didClose" => {
                if let Ok(DidCloseTextDocumentParams { text_document }) = read(params) {
                    self.texts.remove(text_document.uri.as_str());
                    // Who includes it gets the file again.
                    self.forget_analyses();
                    publish(&text_document.uri, None, Vec::new())?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn change(&mut self, uri: Uri, text: String, version: i32) {
        self.texts.insert(uri.as_str().to_owned(), (uri, Text { text, version, analysis: None }));
        self.forget_analyses();
    }

    fn forget_analyses(&mut self) {
        self.texts.values_mut().for_each(|(_, text)| text.analysis = None);
    }

    /// Looks at every text that has changed, and tells what is found.
    fn publish_all(&mut self) -> io::Result<()> {
        let changed = self.texts.values().filter(|(_, text)| text.analysis.is_none());
        let changed: Vec<(Uri, i32)> = changed.map(|(uri, text)| (uri.clone(), text.version)).collect();
        for (uri, version) in changed {
            if let Ok(analysis) = self.analysis(&uri) {
                publish(&uri, Some(version), analysis.diagnostics(&uri))?;
            }
        }
        Ok(())
    }
}

fn capabilities() -> InitializeResult {
    InitializeResult {
        capabilities: ServerCapabilities {
            text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
            hover_provider: Some(true.into()),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(vec!["$".to_owned()]),
                ..CompletionOptions::default()
            }),
            definition_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            folding_range_provider: Some(true.into()),
            document_formatting_provider: Some(OneOf::Left(true)),
            code_action_provider: Some(true.into()),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "kconf".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

/// One edit for all of the text, or none if it is laid out as it should be.
fn laid_out(analysis: &Analysis) -> Vec<TextEdit> {
    let new = String::from_utf8_lossy(&format(&analysis.tree, &FormatOptions::default())).into_owned();
    if new == analysis.document.text() {
        Vec::new()
    } else {
        vec![TextEdit::new(analysis.document.whole(), new)]
    }
}

#[expect(clippy::mutable_key_type, reason = "the protocol's type has a URI as its key; nobody changes it")]
fn actions(analysis: &Analysis, uri: &Uri, range: lsp_types::Range) -> Vec<CodeActionOrCommand> {
    let action = |(diagnostic, edit): (lsp_types::Diagnostic, TextEdit)| {
        let title = match edit.new_text.trim() {
            "" => "Remove it".to_owned(),
            text => format!("Write '{}'", text.lines().next().unwrap_or(text)),
        };
        let changes = HashMap::from([(uri.clone(), vec![edit])]);
        CodeActionOrCommand::CodeAction(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(true),
            ..CodeAction::default()
        })
    };
    analysis.fixes(uri, range).into_iter().map(action).collect()
}

fn publish(uri: &Uri, version: Option<i32>, diagnostics: Vec<lsp_types::Diagnostic>) -> io::Result<()> {
    let params = PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version };
    wire::write(&Notification::new("textDocument/publishDiagnostics".to_owned(), params).into())
}

fn respond(response: Response) -> io::Result<()> {
    wire::write(&response.into())
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}

fn result(value: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
}
