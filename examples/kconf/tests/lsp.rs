//! An editor's conversation with `kconf lsp`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "an answer that is not there is a failed test"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::{Value, json};

/// An editor.
struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    requests: i64,
    /// What came while an answer was waited for.
    told: Vec<Value>,
}

impl Editor {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kconf"));
        let mut server = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        Self { server, input, output, requests: 0, told: Vec::new() }
    }

    fn initialized() -> Self {
        let mut editor = Self::start();
        let answer =
            editor.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
        assert_eq!(answer["result"]["serverInfo"]["name"], "kconf");
        editor.tell("initialized", json!({}));
        editor
    }

    fn raw(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.raw(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    fn send(&mut self, method: &str, params: Value) -> i64 {
        self.requests += 1;
        let id = self.requests;
        self.raw(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        id
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer(json!(id))
    }

    fn answer(&mut self, id: Value) -> Value {
        loop {
            let message = self.message();
            if message.get("id") == Some(&id) && message.get("method").is_none() {
                return message;
            }
            self.told.push(message);
        }
    }

    fn message(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut content = vec![0; length];
        self.output.read_exact(&mut content).unwrap();
        serde_json::from_slice(&content).unwrap()
    }

    /// What the server finds next.
    fn findings(&mut self) -> Vec<Value> {
        loop {
            let message = if self.told.is_empty() { self.message() } else { self.told.remove(0) };
            if message["method"] == "textDocument/publishDiagnostics" {
                return message["params"]["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let item = json!({"uri": uri, "languageId": "keepalived", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": item}));
        self.findings()
    }

    fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        let place = json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}});
        self.ask(&format!("textDocument/{method}"), place)["result"].take()
    }

    fn about(&mut self, method: &str, uri: &str) -> Value {
        self.ask(
            &format!("textDocument/{method}"),
            json!({"textDocument": {"uri": uri}, "options": {"tabSize": 4, "insertSpaces": true}}),
        )["result"]
            .take()
    }

    fn end(mut self) -> ExitStatus {
        assert_eq!(self.ask("shutdown", Value::Null)["result"], Value::Null);
        self.tell("exit", Value::Null);
        self.server.wait().unwrap()
    }
}

const TEXT: &str = "\
$WEIGHT=-5
include more.conf
vrrp_script chk {
    script /bin/true
}
vrrp_instance VI_1 {
    interface eth0 # 中文𝄞
    virtual_router_id 51
    priorty 150
    virtual_ipaddress { 192.0.2.1 }
    track_script {
        chk weight $WEIGHT
    }
}
vrrp_sync_group G {
    group {
        VI_1
    }
}
";

fn written() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("more.conf"), "vrrp_script other {\n    script /bin/false\n}\n")
        .unwrap();
    let path = directory.path().join("keepalived.conf");
    std::fs::write(&path, TEXT).unwrap();
    let uri = format!("file://{}", path.display());
    (directory, uri)
}

fn labels(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn findings_come_with_their_place_code_and_a_fix() {
    let (_keep, uri) = written();
    let mut editor = Editor::initialized();
    let findings = editor.open(&uri, TEXT);
    let typo = findings.iter().find(|finding| finding["code"] == "unknown-keyword").unwrap();
    let range = json!({"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 11}});
    assert_eq!((&typo["range"], &typo["severity"], &typo["source"]), (&range, &json!(2), &json!("kconf")));
    let asked = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
    let actions = editor.ask("textDocument/codeAction", asked)["result"].take();
    assert_eq!(actions[0]["edit"]["changes"][&uri][0]["newText"], "priority", "{actions}");

    let better = TEXT.replace("priorty", "priority");
    let document = json!({"uri": uri, "version": 2});
    editor.tell(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": [{"text": better}]}),
    );
    let findings = editor.findings();
    assert!(!findings.iter().any(|finding| finding["code"] == "unknown-keyword"), "{findings:?}");
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert_eq!(editor.findings(), [] as [Value; 0]);
    assert_eq!(editor.end().code(), Some(0));
}

#[test]
fn words_are_completed_explained_and_found() {
    let (keep, uri) = written();
    let mut editor = Editor::initialized();
    editor.open(&uri, TEXT);
    let in_instance = editor.at("completion", &uri, 8, 6);
    assert!(labels(&in_instance).contains(&"priority") && !labels(&in_instance).contains(&"real_server"));
    assert!(labels(&editor.at("completion", &uri, 5, 2)).contains(&"virtual_server"));
    assert_eq!(labels(&editor.at("completion", &uri, 11, 9)), ["other", "chk"]);
    assert_eq!(labels(&editor.at("completion", &uri, 16, 10)), ["VI_1"]);
    assert_eq!(labels(&editor.at("completion", &uri, 11, 22)), ["WEIGHT"]);
    assert_eq!(labels(&editor.at("completion", &uri, 6, 22)), [] as [&str; 0], "in a comment");

    let hover = editor.at("hover", &uri, 7, 10);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("virtual_router_id"), "{hover}");
    let hover = editor.at("hover", &uri, 11, 8);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("vrrp_script chk"), "{hover}");

    let line = |answer: Value| answer[0]["range"]["start"]["line"].as_u64();
    assert_eq!(line(editor.at("definition", &uri, 11, 9)), Some(2));
    assert_eq!(line(editor.at("definition", &uri, 16, 8)), Some(5));
    assert_eq!(line(editor.at("definition", &uri, 11, 23)), Some(0));
    let included = editor.at("definition", &uri, 1, 10);
    let want = format!("file://{}", keep.path().join("more.conf").display());
    assert_eq!(included[0]["uri"], want);
    assert_eq!(editor.end().code(), Some(0));
}

#[test]
fn values_and_the_words_of_entries_are_completed() {
    let mut editor = Editor::initialized();
    let text = "vrrp_instance V {\n    state M\n    virtual_ipaddress {\n        192.0.2.1 \n    }\n    authentication {\n        auth_type \n    }\n}\n";
    editor.open("file:///x", text);
    assert_eq!(labels(&editor.at("completion", "file:///x", 1, 11)), ["MASTER", "BACKUP"]);
    assert_eq!(labels(&editor.at("completion", "file:///x", 6, 18)), ["PASS", "AH"]);
    let options = editor.at("completion", "file:///x", 3, 18);
    assert!(labels(&options).contains(&"label") && !labels(&options).contains(&"state"), "{options}");
    assert_eq!(editor.end().code(), Some(0));
}

#[test]
fn the_outline_and_the_layout_are_those_of_the_text() {
    let (_keep, uri) = written();
    let mut editor = Editor::initialized();
    editor.open(&uri, TEXT);
    let symbols = editor.about("documentSymbol", &uri);
    let names: Vec<&str> =
        symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["vrrp_script chk", "vrrp_instance VI_1", "vrrp_sync_group G"]);
    assert_eq!(symbols[1]["children"][1]["name"], "track_script");
    let folds = editor.about("foldingRange", &uri);
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(2), &json!(3)));
    let edits = editor.about("formatting", &uri);
    assert!(
        edits[0]["newText"].as_str().unwrap().contains("    virtual_ipaddress {\n        192.0.2.1\n    }\n")
    );
    assert_eq!(edits[0]["range"]["end"], json!({"line": 19, "character": 0}));
    assert_eq!(editor.end().code(), Some(0));
}

#[test]
fn positions_count_utf16_units() {
    let mut editor = Editor::initialized();
    let findings = editor.open("untitled:1", "vrrp_script \"中𝄞\" { script /x\n 中中 x }\n");
    let unknown = findings.iter().find(|finding| finding["code"] == "unknown-keyword").unwrap();
    assert_eq!(unknown["range"]["end"], json!({"line": 1, "character": 3}));
    let symbols = editor.about("documentSymbol", "untitled:1");
    assert_eq!(symbols[0]["selectionRange"]["end"]["character"], 17);
    assert_eq!(editor.end().code(), Some(0));
}

#[test]
fn the_order_of_the_protocol_is_kept_and_nonsense_is_answered() {
    let mut editor = Editor::start();
    assert_eq!(editor.ask("textDocument/hover", json!({}))["error"]["code"], -32002);
    editor.ask("initialize", json!({}));
    assert_eq!(editor.ask("no/such", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", json!({"x": 1}))["error"]["code"], -32602);
    assert_eq!(editor.at("hover", "file:///closed", 0, 0), Value::Null);
    editor.raw("{nonsense");
    assert_eq!(editor.answer(Value::Null)["error"]["code"], -32700);
    editor.tell("textDocument/didOpen", json!({"broken": true}));
    editor.tell("$/unknown", json!([]));
    editor.open("file:///x", "a {\n");
    for (line, character) in [(0, 0), (0, 99), (99, 0), (u32::MAX, u32::MAX)] {
        for method in ["hover", "completion", "definition"] {
            editor.at(method, "file:///x", line, character);
        }
    }
    editor.ask("shutdown", Value::Null);
    assert_eq!(editor.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.server.wait().unwrap().code(), Some(0));

    let mut impatient = Editor::initialized();
    impatient.tell("exit", Value::Null);
    assert_eq!(impatient.server.wait().unwrap().code(), Some(1), "exit without shutdown");
    let mut gone = Editor::initialized();
    gone.input = None;
    assert_eq!(gone.server.wait().unwrap().code(), Some(1), "the editor is gone");
}

#[test]
fn a_cancelled_request_is_answered_so_or_with_its_result() {
    let (_keep, uri) = written();
    let mut editor = Editor::initialized();
    editor.open(&uri, TEXT);
    let id = editor.send("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    editor.tell("$/cancelRequest", json!({"id": id}));
    let answer = editor.answer(json!(id));
    assert!(answer["error"]["code"] == -32800 || answer["result"].is_array(), "{answer}");
    assert_eq!(editor.end().code(), Some(0));
}

#[test]
fn every_place_of_files_from_the_wild_has_an_answer() {
    let given = std::env::var_os("KCONF_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join("shared").join("corpus");
    let root = given.unwrap_or(beside).join("seeds");
    if !root.is_dir() {
        println!("skipped: no corpus at {} (set KCONF_CORPUS)", root.display());
        return;
    }
    let mut editor = Editor::initialized();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let uri = format!("file://{}", path.display());
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        editor.open(&uri, &text);
        for (line, content) in (0..).zip(text.lines()).step_by(7) {
            for character in [0, 9, u32::try_from(content.len()).unwrap()] {
                for method in ["hover", "completion", "definition"] {
                    editor.at(method, &uri, line, character);
                }
            }
        }
        for method in ["documentSymbol", "foldingRange", "formatting"] {
            assert!(editor.about(method, &uri).is_array());
        }
    }
    assert_eq!(editor.end().code(), Some(0));
}
