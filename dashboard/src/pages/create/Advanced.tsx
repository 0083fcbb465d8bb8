import { useMemo } from "react"
import { useController, useFormContext, useWatch } from "react-hook-form"
import { Button } from "~/ui/Button"
import { Drawer } from "~/ui/Dialog"
import { Field } from "~/ui/Field"
import { Input, Select } from "~/ui/Input"
import { Switch } from "~/ui/Switch"
import { countries, currencies } from "~/util/regions"
import { ADVANCED, type CreateValues } from "./form"

/** What the platform takes when nothing is said, as its specification has it. */
const DEFAULTS = { currency: "EUR", country: "DE" }

/** Everything that has a sensible answer already. */
export function Advanced({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { register, trigger, formState, control: form } = useFormContext<CreateValues>()
  const { errors } = formState
  const engine = useWatch<CreateValues, "engine">({ name: "engine" })
  const country = useWatch<CreateValues, "country">({ name: "country" })
  const samples = useController({ control: form, name: "sampleProducts" })
  const lists = useMemo(() => ({ countries: countries(), currencies: currencies() }), [])
  const close = async (next: boolean) => {
    if (next || (await trigger(ADVANCED, { shouldFocus: true }))) onOpenChange(next)
  }
  return (
    <Drawer
      open={open}
      onOpenChange={close}
      title="More options"
      description="Each of them can stay as it is. Most can be changed in the shop later."
      actions={
        <Button variant="primary" onClick={() => close(false)}>
          Done
        </Button>
      }
    >
      <div className="grid gap-5">
        <Field optional label="Title" error={errors.title?.message} description="What the shop calls itself.">
          {(control) => <Input {...control} placeholder="As the name" {...register("title")} />}
        </Field>
        <Field
          optional
          label="E-mail of the shop's owner"
          error={errors.adminEmail?.message}
          description="Where the shop writes to: new orders, forgotten passwords."
        >
          {(control) => <Input {...control} type="email" autoComplete="off" {...register("adminEmail")} />}
        </Field>
        <Field label="Currency" error={errors.currency?.message}>
          {(control) => (
            <Select {...control} {...register("currency")}>
              <option value="">The platform's own ({DEFAULTS.currency})</option>
              {lists.currencies.map(({ code, name }) => (
                <option key={code} value={code}>
                  {code} – {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Country" error={errors.country?.message} description="Where the shop sells from.">
          {(control) => (
            <Select {...control} {...register("country")}>
              <option value="">The platform's own ({DEFAULTS.country})</option>
              {lists.countries.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name} ({code})
                </option>
              ))}
            </Select>
          )}
        </Field>
        {engine === "woocommerce" && country !== "" && (
          <Field
            optional
            label="State or province"
            error={errors.state?.message}
            description="Its short form, as CA for California. WooCommerce reckons taxes by it."
          >
            {(control) => <Input {...control} maxLength={6} className="uppercase" {...register("state")} />}
          </Field>
        )}
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch is its control */}
        <label className="flex items-start justify-between gap-4">
          <span>
            <span className="font-medium">Sample products</span>
            <span className="text-soft block text-xs">A few to look at; otherwise the shop starts empty.</span>
          </span>
          <Switch checked={samples.field.value} onCheckedChange={samples.field.onChange} />
        </label>
      </div>
    </Drawer>
  )
}
