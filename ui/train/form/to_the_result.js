// On a phone, where the result is below the controls, Train brings it into sight.
if (window.matchMedia("(max-width: 800px)").matches) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(".st-key-train_result")?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
