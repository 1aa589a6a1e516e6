// On a phone, where the result is below the controls, the button brings it into sight.
if (window.matchMedia("(max-width: 800px)").matches) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(".st-key-train_result, .st-key-sweep_shown")?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
