package lang

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// pour is a Pour while it is being read: which attributes were given matters
// where a release overrides its mix.
type pour struct {
	Pour
	given     map[string]bool
	vae, clip *quantity
}

// dtypes by the names people use, safetensors' spelling among them.
var dtypes = map[string]string{
	"fp16": "F16", "f16": "F16", "float16": "F16", "half": "F16",
	"bf16": "BF16", "bfloat16": "BF16",
	"fp32": "F32", "f32": "F32", "float32": "F32", "float": "F32",
	"fp64": "F64", "f64": "F64", "float64": "F64", "double": "F64",
	"fp8_e4m3": "F8_E4M3", "f8_e4m3": "F8_E4M3", "fp8_e4m3fn": "F8_E4M3",
	"fp8_e5m2": "F8_E5M2", "f8_e5m2": "F8_E5M2",
}

var (
	dtypeNames     = []string{"bf16", "fp16", "fp32", "fp64", "fp8_e4m3", "fp8_e5m2"}
	components     = []string{"clip", "unet", "vae"}
	extraKeysWords = []string{"drop", "error", "keep"}
)

// readPour evaluates the attributes that say how a mix becomes a file.
func (e *evaluator) readPour(in *instance) bool {
	p := &in.pour
	p.given = map[string]bool{}
	ok := true
	for _, flag := range []struct {
		name  string
		field *bool
	}{{"any_mass", &p.AnyMass}, {"allow_nonfinite", &p.AllowNonfinite}, {"complete", &p.Complete}} {
		v, fine := e.flag(in, flag.name, false)
		*flag.field, ok = v || !fine, ok && fine // what cannot be read forbids nothing
		p.given[flag.name] = in.block.body.Attributes[flag.name] != nil
	}
	word, fine := e.text(in, "extra_keys")
	if fine && word != "" && !slices.Contains(extraKeysWords, word) {
		e.fail(in.rangeOf("extra_keys"), "Unknown choice", fmt.Sprintf("extra_keys is \"drop\", \"keep\" or \"error\", not %q%s", shorten(word, 40), ending(didYouMean(word, extraKeysWords))))
		fine = false
	}
	p.ExtraKeys, ok = word, ok && fine
	if !e.readDType(in) {
		ok = false
	}
	for _, part := range []struct {
		name  string
		field **quantity
	}{{"vae", &p.vae}, {"clip", &p.clip}} {
		if attr := in.block.body.Attributes[part.name]; attr != nil {
			q, fine := e.model(attr.Expr, in, part.name)
			*part.field, ok = q, ok && fine
		}
	}
	return ok
}

// readDType takes one name for all, or a map by component.
func (e *evaluator) readDType(in *instance) bool {
	attr := in.block.body.Attributes["dtype"]
	if attr == nil {
		return true
	}
	at := attr.Expr.Range()
	if e.unquoted(attr.Expr, "dtype") {
		return false
	}
	v, ok := e.eval(attr.Expr, in.scope())
	if !ok || v.IsNull() {
		return ok
	}
	ty := v.Type()
	named := map[string]cty.Value{"*": v}
	switch {
	case ty.IsObjectType() || ty.IsMapType():
		named = v.AsValueMap()
	case ty != cty.String:
		e.fail(at, "Wrong type", fmt.Sprintf("dtype is a name (\"fp16\") or a map by component ({ unet = \"fp16\", vae = \"fp32\" }), this is %s.", describe(v)))
		return false
	}
	in.pour.DType = map[string]string{}
	for _, component := range sortedKeys(named) {
		if component != "*" && !slices.Contains(components, component) {
			e.fail(at, "Unknown component", fmt.Sprintf("A checkpoint has the components unet, clip and vae, no %q%s", shorten(component, 40), ending(didYouMean(component, components))))
			ok = false
			continue
		}
		name := named[component]
		if name.IsNull() || name.Type() != cty.String {
			e.fail(at, "Wrong type", fmt.Sprintf("The dtype of %s is a name (\"fp16\"), this is %s.", component, describe(name)))
			ok = false
			continue
		}
		dtype := dtypes[strings.ToLower(name.AsString())]
		if dtype == "" {
			e.fail(at, "Unknown dtype", fmt.Sprintf("There is no dtype %q%s", shorten(name.AsString(), 40), ending(orList(didYouMean(name.AsString(), dtypeNames), dtypeNames))))
			ok = false
			continue
		}
		in.pour.DType[component] = dtype
	}
	return ok
}

// part is the form that replaces a component, nil if none does.
func (p *Pour) part(name string) *Form {
	if name == "vae" {
		return p.VAE
	}
	return p.CLIP
}

// flattenPour expresses vae and clip over models. What is poured from one mix
// alone has its components, and a release also what else its mix says, where it
// does not say otherwise itself.
func (e *evaluator) flattenPour(in *instance) bool {
	p := &in.pour
	sound := true
	for _, part := range []struct {
		name string
		from *quantity
		to   **Form
	}{{"vae", p.vae, &p.VAE}, {"clip", p.clip, &p.CLIP}} {
		if part.from == nil {
			continue
		}
		form, _, ok := e.expandForm(in, part.from, in.rangeOf(part.name))
		if !ok {
			sound = false
			continue
		}
		if address, alone := part.from.single(); alone { // which may have replaced it itself
			if replaced := e.instances[address].pour.part(part.name); replaced != nil {
				form = replaced
			}
		}
		if !form.Mass().isOne() {
			e.fail(in.rangeOf(part.name), "Not a whole model", fmt.Sprintf("%s takes the component of a whole model; %s.", part.name, massText(form.Mass())))
			sound = false
		}
		*part.to = form
	}
	address, single := in.mix.single()
	if !single {
		return sound
	}
	base := e.instances[address].pour
	if p.VAE == nil {
		p.VAE = base.VAE
	}
	if p.CLIP == nil {
		p.CLIP = base.CLIP
	}
	if in.block.kind != "release" {
		return sound
	}
	if p.DType == nil {
		p.DType = base.DType
	} else if _, all := p.DType["*"]; !all && base.DType != nil {
		merged := maps.Clone(base.DType)
		maps.Copy(merged, p.DType)
		p.DType = merged
	}
	if p.ExtraKeys == "" {
		p.ExtraKeys = base.ExtraKeys
	}
	if !p.given["any_mass"] {
		p.AnyMass = base.AnyMass
	}
	if !p.given["allow_nonfinite"] {
		p.AllowNonfinite = base.AllowNonfinite
	}
	if !p.given["complete"] {
		p.Complete = base.Complete
	}
	return sound
}
