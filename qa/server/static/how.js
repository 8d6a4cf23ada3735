// How a question is asked: what the page's script tells the server besides the question (options.py reads it).

const how = {};

export function tell(part) {
  Object.assign(how, part);
  write();
}

// Called again once Gradio has drawn its fields.
export function write() {
  const field = document.querySelector("#fn-how textarea, #fn-how input");
  const text = JSON.stringify(how);
  if (!field || field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
