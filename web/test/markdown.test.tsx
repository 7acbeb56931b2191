import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markdown } from "../src/components/Markdown";
import { decode, safeHref } from "../src/lib/markdown";

function html(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />);
}

describe("Markdown", () => {
  it("shows raw tags as text", () => {
    const shown = html('Hi <img src=x onerror="alert(1)"> <script>alert(1)</script>\n\n<iframe src="x"></iframe>');
    expect(shown).not.toMatch(/<(img|script|iframe)/);
    expect(shown).toContain("&lt;img");
    expect(shown).toContain("&lt;iframe");
  });

  it("drops links that could run something", () => {
    expect(html("[x](javascript:alert(1))")).not.toContain("href");
    expect(html("[x](data:text/html,hi)")).not.toContain("href");
    expect(html("[x](/ui/logout)")).not.toContain("href");
    expect(html("[x](https://example.org/a)")).toContain('href="https://example.org/a"');
    expect(html("[x](https://example.org/a)")).toContain('rel="noopener noreferrer nofollow"');
  });

  it("makes a picture a link, so that reading calls nobody", () => {
    const shown = html("![cat](https://example.org/cat.png)");
    expect(shown).not.toContain("<img");
    expect(shown).toContain(">cat</a>");
  });

  it("renders lists, tables, code and headings below the page's own", () => {
    expect(html("# Big")).toContain("<h3>Big</h3>");
    expect(html("1. a\n2. b")).toMatch(/<ol start="1"><li>a<\/li><li>b<\/li><\/ol>/);
    expect(html("- [x] done")).toContain("Done: ");
    expect(html("| a | b |\n|---|---|\n| 1 | 2 |")).toContain('<th scope="col">a</th>');
    expect(html("```\n<b>\n```")).toContain("<code>&lt;b&gt;</code>");
    expect(html("a `x < y` b **bold**")).toContain("<code>x &lt; y</code> b <strong>bold</strong>");
  });

  it("keeps line breaks and decodes character references once", () => {
    expect(html("a\nb")).toContain("a<br/>b");
    expect(html("Fish &amp; chips &amp;lt;")).toContain("Fish &amp; chips &amp;lt;");
  });

  it("survives every prefix of an answer, as streaming shows them", () => {
    const text = "## T\n\n- a **b** [c](https://x.org)\n- d\n\n| a |\n|---|\n| 1 |\n\n```js\nx\n```\n";
    for (let end = 0; end <= text.length; end += 1) expect(() => html(text.slice(0, end))).not.toThrow();
  });
});

describe("safeHref", () => {
  it.each(["JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "vbscript:x", "//evil.example", "#x", ""])("refuses %j", (href) => {
    expect(safeHref(href)).toBeNull();
  });

  it.each(["http://a.example/", "https://a.example/x?y#z", "mailto:a@b.example"])("allows %s", (href) => {
    expect(safeHref(href)).toBe(href);
  });
});

describe("decode", () => {
  it("knows names and numbers and leaves the rest", () => {
    expect(decode("&lt;&#65;&#x42;&nope;&#0;&#xd800;")).toBe("<AB&nope;&#0;&#xd800;");
  });
});
