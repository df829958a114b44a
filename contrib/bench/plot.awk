# Draws what run measured as SVG: a group of bars for each case, each with an axis of its own from zero, medians as
# bars, least and most as a line across their ends. Reads lines of: case, unit, label, median, least, most;
# tab-separated.
BEGIN {
  FS = "\t"
  left = 400; width = 430; right = 110; bar = 15; step = 21; head = 34; foot = 50
}

function escaped(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  return text
}

function text_at(x, y, anchor, class, text) {
  body = body sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y, anchor, class,
                      escaped(text))
}

function line(x1, y1, x2, y2, class) {
  body = body sprintf("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, class)
}

function with_commas(value, text) {
  if (value < 100 && value != int(value)) return sprintf(value < 10 ? "%.2f" : "%.1f", value)
  text = sprintf("%.0f", value)
  while (match(text, /^[0-9]+[0-9][0-9][0-9](,|$)/)) {
    match(text, /^[0-9]+/)
    text = substr(text, 1, RLENGTH - 3) "," substr(text, RLENGTH - 2)
  }
  return text
}

# Between the marks of an axis: 1, 2 or 5 times a power of ten, five marks or so.
function mark_step(most, power) {
  power = 10 ^ int(log(most / 5) / log(10) - (most < 5 ? 1 : 0))
  if (most / power <= 5) return power
  if (most / power <= 10) return 2 * power
  return (most / power <= 25 ? 5 : 10) * power
}

{
  if (!($1 in rows)) order[++cases] = $1
  unit[$1] = $2
  rows[$1]++
  id = $1 SUBSEP rows[$1]
  label[id] = $3; median[id] = $4; least[id] = $5; most[id] = $6
  if ($4 != "" && $4 + 0 > top[$1]) top[$1] = $4 + 0
  if ($6 != "" && $6 + 0 > top[$1]) top[$1] = $6 + 0
}

function draw_axis(name, y, bottom, mark, at) {
  mark = mark_step(top[name])
  for (at = 0; at <= top[name] * 1.0001; at += mark) {
    line(left + at * scale, y, left + at * scale, bottom, at ? "grid" : "axis")
    text_at(left + at * scale, bottom + 14, "middle", "mark", with_commas(at))
  }
  line(left, bottom, left + width, bottom, "axis")
  text_at(left + width / 2, bottom + 29, "middle", "mark", unit[name])
}

function draw_bar(id, y, end) {
  text_at(left - 8, y + bar - 3, "end", "label", label[id])
  if (median[id] == "") {
    text_at(left + 6, y + bar - 3, "start", "missing", "not measured")
    return
  }
  body = body sprintf("<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>\n", left, y,
                      median[id] * scale, bar, label[id] ~ /^seine/ ? "ours" : "other")
  end = median[id]
  if (least[id] != "" && most[id] > least[id]) {
    line(left + least[id] * scale, y + bar / 2, left + most[id] * scale, y + bar / 2, "spread")
    line(left + least[id] * scale, y + 4, left + least[id] * scale, y + bar - 4, "spread")
    line(left + most[id] * scale, y + 4, left + most[id] * scale, y + bar - 4, "spread")
    end = most[id]
  }
  text_at(left + end * scale + 6, y + bar - 3, "start", "value", with_commas(median[id]))
}

function draw_case(name, i, bottom) {
  text_at(16, y + 20, "start", "title", name)
  y += head
  bottom = y + rows[name] * step
  if (top[name] <= 0) top[name] = 1
  scale = width / top[name]
  draw_axis(name, y, bottom)
  for (i = 1; i <= rows[name]; i++)
    draw_bar(name SUBSEP i, y + (i - 1) * step + 2)
  y = bottom + foot
}

END {
  y = 10
  for (i = 1; i <= cases; i++)
    draw_case(order[i])
  if (!cases) text_at(16, y + 20, "start", "title", "nothing was measured")
  if (!cases) y += head
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
    left + width + right, y, left + width + right, y
  print "<style>text { font-family: sans-serif; font-size: 12px; fill: #222 } .title { font-size: 15px; font-weight: bold }" \
        " .mark { fill: #555; font-size: 11px } .missing { fill: #a33; font-style: italic } .value { font-weight: bold }" \
        " .axis { stroke: #555 } .grid { stroke: #ddd } .spread { stroke: #111; stroke-width: 1.2 }" \
        " .ours { fill: #2a7f9e } .other { fill: #b3bcc4 }</style>"
  printf "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n%s</svg>\n", body
}
