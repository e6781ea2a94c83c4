package format

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/microcosm-cc/bluemonday"
)

var (
	languagePattern = regexp.MustCompile(`^[A-Za-z0-9+#._-]{1,40}$`)
	colorPattern    = regexp.MustCompile(`^(#[0-9A-Fa-f]{3,8}|[A-Za-z]{1,24}|(rgb|hsl)a?\([0-9., %]{1,40}\))$`)
	namePattern     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	classPattern    = regexp.MustCompile(`^( *(ql-(indent-[1-8]|align-(center|right|justify)|direction-rtl|formula|(font|size)-[a-z][a-z0-9-]{0,31})|language-[A-Za-z0-9+#._-]{1,40}))+ *$`)
)

// schemes are those of links; images may be data, too.
var schemes = []string{"http", "https", "mailto", "tel"}

// policy is what HTML may hold, coming and going. It may be used concurrently.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ol", "ul", "li",
		"table", "thead", "tbody", "tfoot", "tr", "td", "th",
		"strong", "b", "em", "i", "u", "ins", "s", "del", "strike", "sub", "sup", "code",
	)
	p.AllowNoAttrs().OnElements("span")
	p.SkipElementsContent("title", "template")
	p.AllowURLSchemes(schemes...)
	p.AllowRelativeURLs(true)
	p.AllowDataURIImages()
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("data-embed").Matching(regexp.MustCompile(`^video$`)).OnElements("a")
	p.AllowAttrs("src", "alt", "title", "width", "height").OnElements("img")
	p.AllowAttrs("data-value").OnElements("span")
	p.AllowAttrs("data-list").Matching(regexp.MustCompile(`^(bullet|ordered|(un)?checked)$`)).OnElements("li")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("class").Matching(classPattern).Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^rtl$`)).Globally()
	p.AllowStyles("color", "background-color").Matching(colorPattern).Globally()
	p.AllowStyles("text-align").MatchingEnum("center", "right", "justify").Globally()
	p.AllowStyles("white-space").MatchingEnum("pre-wrap").Globally()
	return p
}

// safeURL tells whether a link may lead there.
func safeURL(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "" || slices.Contains(schemes, u.Scheme))
}
