import { lexer, type Token, type Tokens } from "marked";
import { Fragment, memo, useMemo, type ReactNode } from "react";
import { decode, safeHref } from "../lib/markdown";

/**
 * Markdown as React elements. Nothing here ever sets HTML: raw tags in an answer are shown as the text they are, and
 * pictures become links, so that reading an answer calls nobody.
 */

function inline(tokens: Token[] | undefined): ReactNode[] {
  return (tokens ?? []).map((token, index) => <Fragment key={index}>{inlineOne(token)}</Fragment>);
}

function Anchor({ href, children }: { href: string; children: ReactNode }) {
  const safe = safeHref(href);
  if (safe === null) return <>{children}</>;
  return (
    <a className="link break-words" href={safe} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

function inlineOne(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Anchor href={(token as Tokens.Link).href}>{inline(token.tokens)}</Anchor>;
    case "image": {
      const image = token as Tokens.Image;
      return <Anchor href={image.href}>{image.text || image.href}</Anchor>;
    }
    case "checkbox":
      return null;
    case "html":
      return token.raw;
    default: {
      const text = token as Tokens.Text;
      return text.tokens ? inline(text.tokens) : decode(text.text ?? token.raw);
    }
  }
}

function Item({ item }: { item: Tokens.ListItem }) {
  const content = item.tokens.map((token, index) => (
    <Fragment key={index}>{token.type === "text" ? inlineOne(token) : blockOne(token)}</Fragment>
  ));
  if (!item.task) return <li>{content}</li>;
  return (
    <li className="task-item">
      <span aria-hidden="true">{item.checked ? "☑ " : "☐ "}</span>
      <span className="sr-only">{item.checked ? "Done: " : "Open: "}</span>
      {content}
    </li>
  );
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => <Item key={index} item={item} />);
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={token.start === "" ? 1 : token.start}>{items}</ol>;
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} scope="col">
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, rowIndex) => (
            <tr key={rowIndex}>
              {row.map((cell, index) => (
                <td key={index}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading({ token }: { token: Tokens.Heading }) {
  // The page and its parts have the first two levels; an answer's headings stand below them.
  const Tag = (["h3", "h4", "h5", "h6"] as const)[Math.min(token.depth, 4) - 1] ?? "h6";
  return <Tag>{inline(token.tokens)}</Tag>;
}

function blockOne(token: Token): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return <Heading token={token as Tokens.Heading} />;
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "list":
      return <List token={token as Tokens.List} />;
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{blocks(token.tokens ?? [])}</blockquote>;
    case "table":
      return <Table token={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "html":
      return <p>{token.raw}</p>;
    default:
      return <p>{inlineOne(token)}</p>;
  }
}

function blocks(tokens: Token[]): ReactNode[] {
  return tokens.map((token, index) => <Fragment key={index}>{blockOne(token)}</Fragment>);
}

/** While an answer streams only its last block changes; the others keep their elements. */
const Block = memo(
  function Block({ token }: { token: Token }) {
    return <>{blockOne(token)}</>;
  },
  (before, after) => before.token.raw === after.token.raw && before.token.type === after.token.type,
);

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => lexer(text, { gfm: true, breaks: true }), [text]);
  return (
    <div className="prose break-words">
      {tokens.map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  );
});
