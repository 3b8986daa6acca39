/** Shows a modal of the bot as a dialog, and sends what was filled in. */

import { submitModal } from "./api.js";
import { at, h } from "./dom.js";
import { plainText } from "./markdown.js";

const PARAGRAPH = 2;

function textField(component, label, description) {
  const isLong = component.style === PARAGRAPH;
  const required = component.required !== false;
  const shared = { name: component.custom_id, required, placeholder: component.placeholder, minlength: component.min_length, maxlength: component.max_length ?? 4000, autocomplete: "off" };
  const input = isLong ? h("textarea", { ...shared, rows: "5" }) : h("input", { ...shared, type: "text" });
  input.value = component.value ?? "";
  return labelled(label ?? component.label, description, required, input);
}

function selectField(component, label, description) {
  const isMany = (component.max_values ?? 1) > 1;
  const required = component.required !== false;
  const input = h("select", { name: component.custom_id, required, multiple: isMany }, !isMany && h("option", { value: "" }, component.placeholder ?? "Choose…"),
    (component.options ?? []).map((it) => h("option", { value: it.value, selected: Boolean(it.default) }, it.label)));
  return labelled(label, description, required, input);
}

function labelled(label, description, required, input) {
  return h("label", { class: "modal-field" }, h("span", {}, label, required && h("b", { title: "required" }, " *")), description && h("small", {}, description), input);
}

function fieldsOf(components, label, description) {
  return components.flatMap((component) => {
    if (component.type === 1) return fieldsOf(component.components);
    if (component.type === 18) return fieldsOf([component.component], component.label, component.description);
    if (component.type === 4) return [textField(component, label, description)];
    if (component.type === 3) return [selectField(component, label, description)];
    if (component.type === 10) return [h("p", {}, plainText(component.content))];
    return [h("small", {}, `(a field of type ${component.type}, which this page cannot show)`)];
  });
}

function valuesOf(form) {
  return Object.fromEntries([...form.elements].filter((it) => it.name).map((it) => [it.name, it.multiple ? [...it.selectedOptions].map((option) => option.value) : it.value]));
}

/** Opens a modal for the viewer; Escape or "Cancel" closes it without sending. */
export function openModal(store, { interaction, modal }) {
  const problem = h("p", { class: "failure", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    try {
      const answer = await submitModal({ user: store.viewer, interaction, custom_id: modal.custom_id, values: valuesOf(form) });
      dialog.close();
      store.noteInteraction(answer.interaction, { channel: store.current, label: modal.title });
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  const form = h("form", { on: { submit } }, h("h2", { id: "modal-title" }, modal.title), fieldsOf(modal.components), problem,
    h("div", { class: "modal-foot" }, h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel"), h("button", { class: "button primary" }, "Submit")));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
  dialog.addEventListener("close", () => dialog.remove());
  at("dialogs").append(dialog);
  dialog.showModal();
  form.querySelector("input, textarea, select")?.focus();
}
